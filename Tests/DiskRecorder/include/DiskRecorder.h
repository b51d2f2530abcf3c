// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors
//
// Records what the program that it is linked into does to files below one directory: the calls of libc that change or
// flush them are its own, so that SQLite's and Swift's are recorded alike. What child processes do is not.
#ifndef DISK_RECORDER_H
#define DISK_RECORDER_H

// Records changes below `root`, an empty directory, in the file `log` from now on; 0, or -1 with errno.
int disk_recorder_start(const char *root, const char *log);

// Puts a mark into the record: `begun` before a change, else after it was reported.
void disk_recorder_mark(int begun, const char *what);

// Ends the process, with no change made and not recorded: another thread may be closing the database just then.
_Noreturn void disk_recorder_exit(void);

#endif

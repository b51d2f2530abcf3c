// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors
//
// Each call is made and recorded while one lock is held, so that the record has the order in which the kernel got them.
// Calls that failed changed nothing and are left out. A program's own definitions come before libc's in every library
// that it loads (ELF symbol interposition), and reach the kernel by syscall(2) alone. A change that is made by another
// call is missed; whoever compares the record with the disk finds that out.
#define _GNU_SOURCE
#include "DiskRecorder.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <linux/fs.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum kind { MADE_FILE = 1, MADE_DIRECTORY, WROTE, RESIZED, SYNCED, RENAMED, REMOVED, BEGUN, REPORTED };

// One record; `name`, the second name and the written bytes follow it. Files and directories are inode numbers.
struct record {
    uint32_t kind;
    uint32_t name_length;
    uint32_t other_length;
    uint32_t data_length;
    uint64_t directory;
    uint64_t file;
    uint64_t offset;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int record_file = -1;
static dev_t device;

static void append(enum kind kind, uint64_t directory, uint64_t file, uint64_t offset, const char *name,
                   const char *other, const void *data, size_t length)
{
    struct record record = {kind, strlen(name), strlen(other), length, directory, file, offset};
    struct iovec parts[] = {{&record, sizeof(record)},
                            {(void *)name, record.name_length},
                            {(void *)other, record.other_length},
                            {(void *)data, length}};
    size_t whole = sizeof(record) + record.name_length + record.other_length + length;
    // A record that is not whole would make the proof worthless.
    if (syscall(SYS_writev, record_file, parts, 4) != (long)whole)
        abort();
}

// Where a path's last component is: the directory's inode and the component's name; false outside of the file system.
struct place {
    ino_t directory;
    char name[NAME_MAX + 1];
};

static int find(int at, const char *path, struct place *place)
{
    char copy[PATH_MAX], other[PATH_MAX];
    struct stat status;
    if (record_file < 0 || strlen(path) >= PATH_MAX)
        return 0;
    strcpy(copy, path);
    strcpy(other, path);
    if (fstatat(at, strchr(path, '/') ? dirname(copy) : ".", &status, 0) < 0 || status.st_dev != device)
        return 0;
    place->directory = status.st_ino;
    strncpy(place->name, basename(other), NAME_MAX);
    place->name[NAME_MAX] = '\0';
    return 1;
}

static int file_of(int descriptor, struct stat *status)
{
    return record_file >= 0 && descriptor != record_file && fstat(descriptor, status) == 0 &&
           status->st_dev == device && (S_ISREG(status->st_mode) || S_ISDIR(status->st_mode));
}

static int open_and_record(int at, const char *path, int flags, mode_t mode)
{
    struct place place;
    struct stat status;
    int error, before, found, is_new, descriptor;
    pthread_mutex_lock(&lock);
    found = find(at, path, &place);
    before = found ? syscall(SYS_faccessat, at, path, F_OK) : 0;
    is_new = found && before < 0;
    if (found && !is_new && (flags & O_TRUNC) && fstatat(at, path, &status, 0) == 0)
        append(RESIZED, 0, status.st_ino, 0, "", "", NULL, 0);
    descriptor = syscall(SYS_openat, at, path, flags, mode);
    error = errno;
    if (descriptor >= 0 && (flags & O_CREAT) && is_new && fstat(descriptor, &status) == 0)
        append(MADE_FILE, place.directory, status.st_ino, 0, place.name, "", NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return descriptor;
}

#define OPEN(function, at, parameters)                                                                                 \
    int function parameters                                                                                            \
    {                                                                                                                  \
        mode_t mode = 0;                                                                                               \
        if (flags & (O_CREAT | __O_TMPFILE)) {                                                                         \
            va_list rest;                                                                                              \
            va_start(rest, flags);                                                                                     \
            mode = va_arg(rest, mode_t);                                                                               \
            va_end(rest);                                                                                              \
        }                                                                                                              \
        return open_and_record(at, path, flags, mode);                                                                 \
    }
OPEN(open, AT_FDCWD, (const char *path, int flags, ...))
OPEN(open64, AT_FDCWD, (const char *path, int flags, ...))
OPEN(openat, directory, (int directory, const char *path, int flags, ...))
OPEN(openat64, directory, (int directory, const char *path, int flags, ...))

static ssize_t write_and_record(int descriptor, const void *bytes, size_t count, off_t offset, int has_offset)
{
    struct stat status;
    ssize_t done;
    int error;
    pthread_mutex_lock(&lock);
    int known = file_of(descriptor, &status);
    if (known && (fcntl(descriptor, F_GETFL) & O_APPEND))
        offset = status.st_size;
    else if (known && !has_offset)
        offset = lseek(descriptor, 0, SEEK_CUR);
    done = has_offset ? syscall(SYS_pwrite64, descriptor, bytes, count, offset)
                      : syscall(SYS_write, descriptor, bytes, count);
    error = errno;
    if (known && done > 0)
        append(WROTE, 0, status.st_ino, offset, "", "", bytes, done);
    pthread_mutex_unlock(&lock);
    errno = error;
    return done;
}

ssize_t write(int descriptor, const void *bytes, size_t count)
{
    struct stat status;
    // Pipes and terminals may wait: not while the lock is held.
    if (!file_of(descriptor, &status))
        return syscall(SYS_write, descriptor, bytes, count);
    return write_and_record(descriptor, bytes, count, 0, 0);
}

ssize_t pwrite(int descriptor, const void *bytes, size_t count, off_t offset)
{
    return write_and_record(descriptor, bytes, count, offset, 1);
}

ssize_t pwrite64(int descriptor, const void *bytes, size_t count, off64_t offset)
{
    return write_and_record(descriptor, bytes, count, offset, 1);
}

static int resize_and_record(int descriptor, off_t size)
{
    struct stat status;
    pthread_mutex_lock(&lock);
    int result = syscall(SYS_ftruncate, descriptor, size), error = errno;
    if (result == 0 && file_of(descriptor, &status))
        append(RESIZED, 0, status.st_ino, size, "", "", NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int ftruncate(int descriptor, off_t size) { return resize_and_record(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) { return resize_and_record(descriptor, size); }

static int sync_and_record(int descriptor, long call)
{
    struct stat status;
    pthread_mutex_lock(&lock);
    int result = syscall(call, descriptor), error = errno;
    if (result == 0 && file_of(descriptor, &status))
        append(SYNCED, 0, status.st_ino, 0, "", "", NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int fsync(int descriptor) { return sync_and_record(descriptor, SYS_fsync); }
int fdatasync(int descriptor) { return sync_and_record(descriptor, SYS_fdatasync); }

static int make_and_record(enum kind kind, int at, const char *path, long call, mode_t mode, dev_t number)
{
    struct place place;
    struct stat status;
    pthread_mutex_lock(&lock);
    int found = find(at, path, &place);
    int result = syscall(call, at, path, mode, number), error = errno;
    if (result == 0 && found && fstatat(at, path, &status, AT_SYMLINK_NOFOLLOW) == 0)
        append(kind, place.directory, status.st_ino, 0, place.name, "", NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}

int mkdirat(int at, const char *path, mode_t mode)
{
    return make_and_record(MADE_DIRECTORY, at, path, SYS_mkdirat, mode, 0);
}
int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }
int mknodat(int at, const char *path, mode_t mode, dev_t number)
{
    return make_and_record(MADE_FILE, at, path, SYS_mknodat, mode, number);
}
int mknod(const char *path, mode_t mode, dev_t number) { return mknodat(AT_FDCWD, path, mode, number); }

int renameat(int from_at, const char *from, int to_at, const char *to)
{
    struct place source, target;
    pthread_mutex_lock(&lock);
    int found = find(from_at, from, &source) && find(to_at, to, &target);
    int result = syscall(SYS_renameat2, from_at, from, to_at, to, 0), error = errno;
    if (result == 0 && found)
        append(RENAMED, source.directory, target.directory, 0, source.name, target.name, NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}
int rename(const char *from, const char *to) { return renameat(AT_FDCWD, from, AT_FDCWD, to); }

int unlinkat(int at, const char *path, int flags)
{
    struct place place;
    pthread_mutex_lock(&lock);
    int found = find(at, path, &place);
    int result = syscall(SYS_unlinkat, at, path, flags), error = errno;
    if (result == 0 && found)
        append(REMOVED, place.directory, 0, 0, place.name, "", NULL, 0);
    pthread_mutex_unlock(&lock);
    errno = error;
    return result;
}
int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

// Blocks that are shared are not written: the copy is to be made by writes, as on a file system that cannot share them.
int ioctl(int descriptor, unsigned long request, ...)
{
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (record_file >= 0 && request == FICLONE) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return syscall(SYS_ioctl, descriptor, request, argument);
}

int disk_recorder_start(const char *root, const char *log)
{
    struct stat status;
    int file = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    if (file < 0 || stat(root, &status) < 0)
        return -1;
    device = status.st_dev;
    record_file = file;
    // The first record names the directory that all others are below.
    append(MADE_DIRECTORY, 0, status.st_ino, 0, "", "", NULL, 0);
    return 0;
}

void disk_recorder_mark(int begun, const char *what)
{
    pthread_mutex_lock(&lock);
    append(begun ? BEGUN : REPORTED, 0, 0, 0, what, "", NULL, 0);
    pthread_mutex_unlock(&lock);
}

void disk_recorder_exit(void)
{
    pthread_mutex_lock(&lock);
    _exit(0);
}

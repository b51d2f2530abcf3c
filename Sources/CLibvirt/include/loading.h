/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Roost authors */

#ifndef ROOST_CLIBVIRT_LOADING_H
#define ROOST_CLIBVIRT_LOADING_H

/*
 * Loads libvirt's client library (dlopen) and finds its functions; NULL where that went well, else the reason, for the
 * caller to free. To be called before any other function of libvirt, by one thread at a time, and again where it failed.
 */
char *clibvirt_load(void);

/* The same for the library with what is QEMU's alone; any thread may call it, before each call into that library. */
char *clibvirt_load_qemu(void);

#endif

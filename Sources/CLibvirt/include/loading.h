/* SPDX-License-Identifier: Apache-2.0 */
/* Copyright 2026 The Roost authors */

#ifndef ROOST_CLIBVIRT_LOADING_H
#define ROOST_CLIBVIRT_LOADING_H

/*
 * Loads libvirt's client libraries (dlopen) and finds their functions; NULL where that went well, else the reason, in
 * memory that is never freed. To be called once, before any other function of libvirt.
 */
const char *clibvirt_load(void);

#endif

// SPDX-License-Identifier: Apache-2.0
// Copyright 2026 The Roost authors

#ifndef ROOST_CLIBXML2_SHIM_H
#define ROOST_CLIBXML2_SHIM_H

// With ICU's types visible, this module and Foundation define UErrorCode differently and neither compiles.
#include <libxml/xmlversion.h>
#undef LIBXML_ICU_ENABLED

#include <libxml/globals.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/relaxng.h>
#include <libxml/SAX2.h>
#include <libxml/tree.h>
#include <libxml/xmlIO.h>
#include <libxml/xmlerror.h>
#include <libxml/xmlschemastypes.h>

// xmlFree is a global function pointer, which Swift 6 does not let through.
static inline void roost_xml_free(void *memory) {
    xmlFree(memory);
}

// The error handler of this thread and the indentation settings are macros over thread-local storage.
typedef struct {
    xmlStructuredErrorFunc function;
    void *context;
} roost_xml_handler;

static inline roost_xml_handler roost_xml_install_handler(xmlStructuredErrorFunc function, void *context) {
    roost_xml_handler previous = {xmlStructuredError, xmlStructuredErrorContext};
    xmlSetStructuredErrorFunc(context, function);
    return previous;
}

static inline void roost_xml_restore_handler(roost_xml_handler previous) {
    xmlSetStructuredErrorFunc(previous.context, previous.function);
}

static inline void roost_xml_indent_by_two_spaces(void) {
    xmlIndentTreeOutput = 1;
    xmlTreeIndentString = "  ";
}

#endif

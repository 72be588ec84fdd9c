#ifndef FISCAL_RELAY_CMALLOC_SHIM_H
#define FISCAL_RELAY_CMALLOC_SHIM_H

// glibc's settings of malloc, which the Glibc module lacks.
#include <malloc.h>

#endif

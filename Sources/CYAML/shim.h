#ifndef FISCAL_RELAY_CYAML_SHIM_H
#define FISCAL_RELAY_CYAML_SHIM_H

#include <yaml.h>

#endif

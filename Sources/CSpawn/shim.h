#ifndef CSPAWN_SHIM_H
#define CSPAWN_SHIM_H

#include <spawn.h>

/* glibc's own since 2.34, hidden without _GNU_SOURCE, which Swift's Glibc module does not define. In the child, closes
   every descriptor from `lowest` on. */
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int lowest);

#endif

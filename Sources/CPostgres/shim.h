#ifndef CPOSTGRES_SHIM_H
#define CPOSTGRES_SHIM_H

#include <libpq-fe.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

/* Character-literal macros are not imported into Swift; these are the fields of an error report that are read. */
static const int CPOSTGRES_SEVERITY = PG_DIAG_SEVERITY_NONLOCALIZED;
static const int CPOSTGRES_SQLSTATE = PG_DIAG_SQLSTATE;
static const int CPOSTGRES_MESSAGE = PG_DIAG_MESSAGE_PRIMARY;
static const int CPOSTGRES_POSITION = PG_DIAG_STATEMENT_POSITION;
static const int CPOSTGRES_CONSTRAINT = PG_DIAG_CONSTRAINT_NAME;
static const int CPOSTGRES_TABLE = PG_DIAG_TABLE_NAME;
static const int CPOSTGRES_COLUMN = PG_DIAG_COLUMN_NAME;

/* prctl(2) is variadic, and glibc's pthread_setname_np is hidden without _GNU_SOURCE. Names the calling thread. */
static inline void cpostgres_name_thread(const char *name) {
    prctl(PR_SET_NAME, name, 0UL, 0UL, 0UL);
}

#endif

// Tells the thread sanitizer what Swift's lock (Synchronization.Mutex) does where it has to wait.
//
// Its fast paths are compiled into our own code, whose atomics the sanitizer sees; the slow ones are in the standard
// library, which it does not. Loaded before that library (LD_PRELOAD), these functions stand in front of its own: who waited
// for the lock has seen what its last holder did. The names and the convention are those of Swift's ABI: the lock's
// address is the context, and the word at it is what the fast paths work on.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *lock

// Absent in processes that are not under the sanitizer, which inherit our environment.
__attribute__((weak)) void __tsan_acquire(void *);
__attribute__((weak)) void __tsan_release(void *);

static void *original(const char *name) {
    void *found = dlsym(RTLD_NEXT, name);
    if (!found) abort();
    return found;
}

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT void lock_slow(uint32_t thread, SELF) {
    ((SWIFT void (*)(uint32_t, SELF))original(LOCK))(thread, lock);
    if (__tsan_acquire) __tsan_acquire(lock);
}

SWIFT bool try_lock_slow(SELF) __asm__(TRY);
SWIFT bool try_lock_slow(SELF) {
    bool is_taken = ((SWIFT bool (*)(SELF))original(TRY))(lock);
    if (is_taken && __tsan_acquire) __tsan_acquire(lock);
    return is_taken;
}

SWIFT void unlock_slow(SELF) __asm__(UNLOCK);
SWIFT void unlock_slow(SELF) {
    if (__tsan_release) __tsan_release(lock);
    ((SWIFT void (*)(SELF))original(UNLOCK))(lock);
}

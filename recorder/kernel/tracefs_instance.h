/* The only face of libtracefs: its header is not valid C++, so this one is C. A private instance is
 * a ring buffer of our own beside the global one, which we never touch.
 *
 * Functions that can fail return 0 or a positive errno unless they say otherwise. */
#ifndef EXECTRAIL_RECORDER_KERNEL_TRACEFS_INSTANCE_H
#define EXECTRAIL_RECORDER_KERNEL_TRACEFS_INSTANCE_H

#include <stdbool.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

struct exectrail_instance;

/* Where tracefs is mounted, or NULL if it is not. Never mounts it. The string is static. */
const char* exectrail_tracefs_directory(void);

/* ENOENT without tracefs, EACCES or EPERM without the right, EEXIST if the name is taken. */
int exectrail_instance_create(const char* name, struct exectrail_instance** instance);

/* Stops it, disables its events and removes it. EBUSY while a descriptor is open. Frees `instance`
 * in any case. */
int exectrail_instance_destroy(struct exectrail_instance* instance);

/* Removes an instance that somebody else left behind. */
int exectrail_instance_remove_stale(const char* name);

/* Writes `text` to a file of the instance, "trace_clock" for example. */
int exectrail_instance_write(struct exectrail_instance* instance, const char* file,
                             const char* text);

/* Reads a file of the instance; free() the text. NULL on failure, with errno. */
char* exectrail_instance_read(struct exectrail_instance* instance, const char* file);

/* A descriptor, or a negative errno. */
int exectrail_instance_open(struct exectrail_instance* instance, const char* file, int flags);

/* Sets the filter, if not NULL, then enables the event. ENOENT if the kernel has no such event. */
int exectrail_instance_enable_event(struct exectrail_instance* instance, const char* system,
                                    const char* event, const char* filter);

/* Calls `visit` for each instance; its names are valid during the call. */
int exectrail_instances_visit(void (*visit)(const char* name, void* context), void* context);

#ifdef __cplusplus
}
#endif

#endif

/* The part of libtracefs that makes and removes dynamic events: events of our own, which copy what
 * a definition names at another event (an event probe) or at the entry of a kernel function (a
 * kernel probe). They are the whole kernel's until they are removed; the names say whose they are.
 *
 * Functions return 0 or a positive errno. */
#ifndef EXECTRAIL_RECORDER_KERNEL_DYNAMIC_EVENTS_H
#define EXECTRAIL_RECORDER_KERNEL_DYNAMIC_EVENTS_H

#ifdef __cplusplus
extern "C" {
#endif

/* EINVAL if the kernel knows no event probes or not what `fetch` says, ENOENT without tracefs or
 * dynamic events in it, EEXIST if the name is taken, EPERM under lockdown. */
int exectrail_event_probe_create(const char* group, const char* name, const char* system,
                                 const char* event, const char* fetch);

/* The same, and ENOENT also if the kernel has no such function or none that can be probed. */
int exectrail_kernel_probe_create(const char* group, const char* name, const char* function,
                                  const char* fetch);

/* EBUSY while an instance has it enabled, ENOENT if there is none of that name. */
int exectrail_dynamic_event_remove(const char* group, const char* name);

/* Calls `visit` for each event probe and kernel probe, ours or not; the names are valid during the
 * call. */
int exectrail_dynamic_events_visit(void (*visit)(const char* group, const char* name,
                                                 void* context),
                                   void* context);

#ifdef __cplusplus
}
#endif

#endif

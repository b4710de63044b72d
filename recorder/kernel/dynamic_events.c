/* libtracefs reports most failures as -1 with errno set; where it does not set one, EIO stands in.
 */
#include "recorder/kernel/dynamic_events.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs.h>

#include "recorder/kernel/tracefs_instance.h"

static const unsigned int kinds = TRACEFS_DYNEVENT_EPROBE | TRACEFS_DYNEVENT_KPROBE;

static int failure(void) { return errno ? errno : EIO; }

static int create(struct tracefs_dynevent* event) {
  int error = 0;

  if (!event) return failure();
  errno = 0;
  if (tracefs_dynevent_create(event) != 0) error = failure();
  tracefs_dynevent_free(event);
  return error;
}

int exectrail_event_probe_create(const char* group, const char* name, const char* system,
                                 const char* event, const char* fetch) {
  /* libtracefs would mount tracefs to look. */
  if (!exectrail_tracefs_directory()) return ENOENT;
  errno = 0;
  return create(tracefs_eprobe_alloc(group, name, system, event, fetch));
}

int exectrail_kernel_probe_create(const char* group, const char* name, const char* function,
                                  const char* fetch) {
  if (!exectrail_tracefs_directory()) return ENOENT;
  errno = 0;
  return create(tracefs_kprobe_alloc(group, name, function, fetch));
}

/* Calls `visit` until it says that it has had enough by returning nonzero. */
static int each(int (*visit)(struct tracefs_dynevent* event, const char* group, const char* name,
                             void* context),
                void* context) {
  struct tracefs_dynevent** events;
  int done = 0;

  if (!exectrail_tracefs_directory()) return 0;
  events = tracefs_dynevent_get_all(kinds, NULL);
  /* None, or a kernel without such events: libtracefs does not tell them apart. */
  if (!events) return 0;
  for (int i = 0; events[i] && !done; i++) {
    char* group = NULL;
    char* name = NULL;

    tracefs_dynevent_info(events[i], &group, &name, NULL, NULL, NULL);
    if (group && name) done = visit(events[i], group, name, context);
    free(group);
    free(name);
  }
  tracefs_dynevent_list_free(events);
  return done;
}

struct removal {
  const char* group;
  const char* name;
  int error;
};

static int remove_if_named(struct tracefs_dynevent* event, const char* group, const char* name,
                           void* context) {
  struct removal* removal = context;

  if (strcmp(group, removal->group) != 0 || strcmp(name, removal->name) != 0) return 0;
  errno = 0;
  removal->error = tracefs_dynevent_destroy(event, false) != 0 ? failure() : 0;
  return 1;
}

int exectrail_dynamic_event_remove(const char* group, const char* name) {
  struct removal removal = {group, name, ENOENT};

  each(remove_if_named, &removal);
  return removal.error;
}

struct visitor {
  void (*visit)(const char* group, const char* name, void* context);
  void* context;
};

static int visit_one(struct tracefs_dynevent* event, const char* group, const char* name,
                     void* context) {
  const struct visitor* visitor = context;

  (void)event;
  visitor->visit(group, name, visitor->context);
  return 0;
}

int exectrail_dynamic_events_visit(void (*visit)(const char* group, const char* name,
                                                 void* context),
                                   void* context) {
  struct visitor visitor = {visit, context};

  return each(visit_one, &visitor);
}

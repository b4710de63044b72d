/* libtracefs reports most failures as -1 with errno set; where it does not set one, EIO stands in.
 */
#include "recorder/kernel/tracefs_instance.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
#include <tracefs.h>
#include <unistd.h>

struct exectrail_instance {
  struct tracefs_instance* tracefs;
};

static int failure(void) { return errno ? errno : EIO; }

static bool is_tracefs(const char* path) {
  struct statfs fs;

  return statfs(path, &fs) == 0 && fs.f_type == TRACEFS_MAGIC;
}

const char* exectrail_tracefs_directory(void) {
  /* libtracefs allocates the path at each call and keeps no hold of it: ask until there is one. */
  static const char* path;

  /* false: look, do not mount. */
  if (!path && tracefs_tracing_dir_is_mounted(false, &path) <= 0) path = NULL;
  /* It believes /proc/mounts, where a mount may be hidden below another one: ask the directory. */
  return path && is_tracefs(path) ? path : NULL;
}

int exectrail_instance_create(const char* name, struct exectrail_instance** instance) {
  struct exectrail_instance* made;

  errno = 0;
  if (!exectrail_tracefs_directory()) return ENOENT;
  if (tracefs_instance_exists(name)) return EEXIST;
  made = calloc(1, sizeof(*made));
  if (!made) return ENOMEM;
  errno = 0;
  made->tracefs = tracefs_instance_create(name);
  if (!made->tracefs) {
    int error = failure();

    free(made);
    return error;
  }
  *instance = made;
  return 0;
}

static int stop_and_remove(struct tracefs_instance* tracefs) {
  int error = 0;

  tracefs_trace_off(tracefs);
  tracefs_event_disable(tracefs, NULL, NULL);
  errno = 0;
  if (tracefs_instance_destroy(tracefs) != 0) error = failure();
  tracefs_instance_free(tracefs);
  return error;
}

int exectrail_instance_destroy(struct exectrail_instance* instance) {
  int error = stop_and_remove(instance->tracefs);

  free(instance);
  return error;
}

int exectrail_instance_remove_stale(const char* name) {
  struct tracefs_instance* tracefs;

  errno = 0;
  tracefs = tracefs_instance_alloc(NULL, name);
  return tracefs ? stop_and_remove(tracefs) : failure();
}

int exectrail_instance_write(struct exectrail_instance* instance, const char* file,
                             const char* text) {
  errno = 0;
  return tracefs_instance_file_write(instance->tracefs, file, text) < 0 ? failure() : 0;
}

char* exectrail_instance_read(struct exectrail_instance* instance, const char* file) {
  return tracefs_instance_file_read(instance->tracefs, file, NULL);
}

int exectrail_instance_open(struct exectrail_instance* instance, const char* file, int flags) {
  int fd;

  errno = 0;
  fd = tracefs_instance_file_open(instance->tracefs, file, flags);
  return fd < 0 ? -failure() : fd;
}

int exectrail_instance_enable_event(struct exectrail_instance* instance, const char* system,
                                    const char* event, const char* filter) {
  if (!tracefs_event_file_exists(instance->tracefs, system, event, "enable")) return ENOENT;
  errno = 0;
  if (filter && tracefs_event_file_write(instance->tracefs, system, event, "filter", filter) < 0)
    return failure();
  errno = 0;
  return tracefs_event_enable(instance->tracefs, system, event) != 0 ? failure() : 0;
}

int exectrail_instances_visit(void (*visit)(const char* name, void* context), void* context) {
  char** names;

  /* libtracefs would mount tracefs to look. */
  if (!exectrail_tracefs_directory()) return 0;
  errno = 0;
  names = tracefs_instances(NULL);
  if (!names) return errno == ENOENT || errno == 0 ? 0 : errno;
  for (int i = 0; names[i]; i++) visit(names[i], context);
  tracefs_list_free(names);
  return 0;
}

#include "analyzer/sinks/http_post.h"

// Its macros check the types of calls by name; these go through pointers.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <new>

#include "trace/errors.h"
#include "trace/escape.h"
#include "trace/file_descriptor.h"

namespace exectrail::analyzer {
namespace {

constexpr std::size_t kMostAnswer = std::size_t{64} << 10;  // headers, and as much again of a body
constexpr std::size_t kMostKey = 4096;

// What we call of libcurl. It stays loaded: its threads and their storage outlive any handle.
struct Functions {
  decltype(&::curl_global_init) globalInit = nullptr;
  decltype(&::curl_easy_init) init = nullptr;
  decltype(&::curl_easy_setopt) setopt = nullptr;
  decltype(&::curl_easy_perform) perform = nullptr;
  decltype(&::curl_easy_getinfo) getinfo = nullptr;
  decltype(&::curl_easy_cleanup) cleanup = nullptr;
  decltype(&::curl_easy_strerror) strerror = nullptr;
  decltype(&::curl_slist_append) append = nullptr;
  decltype(&::curl_slist_free_all) freeAll = nullptr;
};

template <typename Function>
void find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(::dlsym(library, name));
  if (function == nullptr) throw EnvironmentError(std::string("libcurl has no ") + name);
}

Functions loadCurl() {
  void* library = nullptr;
  // Debian has it with either of two libraries for TLS.
  for (const char* name : {"libcurl.so.4", "libcurl-gnutls.so.4"}) {
    if (library == nullptr) library = ::dlopen(name, RTLD_NOW | RTLD_LOCAL);
  }
  if (library == nullptr) {
    throw EnvironmentError(
        "a webhook needs libcurl, and it is not there; install it, for example "
        "apt-get install libcurl4 (Ubuntu: libcurl4t64)");
  }
  Functions curl;
  find(library, "curl_global_init", curl.globalInit);
  find(library, "curl_easy_init", curl.init);
  find(library, "curl_easy_setopt", curl.setopt);
  find(library, "curl_easy_perform", curl.perform);
  find(library, "curl_easy_getinfo", curl.getinfo);
  find(library, "curl_easy_cleanup", curl.cleanup);
  find(library, "curl_easy_strerror", curl.strerror);
  find(library, "curl_slist_append", curl.append);
  find(library, "curl_slist_free_all", curl.freeAll);
  if (curl.globalInit(CURL_GLOBAL_DEFAULT) != CURLE_OK) {
    throw EnvironmentError("libcurl cannot be used here");
  }
  return curl;
}

std::string readKey(const std::string& path) {
  const std::string name = "the key " + trace::quoteForTerminal(path);
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (!fd.valid() || ::fstat(fd.get(), &status) != 0) throwErrno(errno, "cannot read " + name);
  if (!S_ISREG(status.st_mode)) throw EnvironmentError(name + " is not a regular file");
  if ((status.st_mode & 07) != 0) {
    throw EnvironmentError(name + " can be read by everybody; chmod 640 or 600");
  }
  std::string key(kMostKey + 1, '\0');
  const ssize_t got = ::read(fd.get(), key.data(), key.size());
  if (got < 0) throwErrno(errno, "cannot read " + name);
  key.resize(static_cast<std::size_t>(got));
  if (key.ends_with('\n')) key.pop_back();
  if (key.empty() || key.size() >= kMostKey) {
    throw EnvironmentError(name + " has " + std::to_string(key.size()) +
                           " bytes; it takes 1 to 4095");
  }
  return key;
}

// What an answer has sent so far.
struct Answer {
  std::size_t headers = 0;
  std::size_t body = 0;
  bool complete = false;  // all headers of the last status have come
  bool tooMuch = false;
};

std::size_t onHeader(char* data, std::size_t, std::size_t size, void* user) {
  auto& answer = *static_cast<Answer*>(user);
  answer.complete = size <= 2 && data[0] != 'H';  // an empty line
  answer.headers += size;
  answer.tooMuch = answer.tooMuch || answer.headers > kMostAnswer;
  return answer.tooMuch ? 0 : size;
}

std::size_t onBody(char*, std::size_t, std::size_t size, void* user) {
  auto& answer = *static_cast<Answer*>(user);
  answer.body += size;
  answer.tooMuch = answer.tooMuch || answer.body > kMostAnswer;
  return answer.tooMuch ? 0 : size;
}

int onProgress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(user)->load() ? 1 : 0;
}

PostResult::Kind kindOf(long status) {
  using Kind = PostResult::Kind;
  if (status >= 200 && status < 300) return Kind::kTaken;
  if (status == 429 || status == 503) return Kind::kAway;
  if (status == 408 || status == 425 || status >= 500 || status < 200) return Kind::kFailed;
  return Kind::kRefused;  // also a redirection: the configuration says where alerts go
}

}  // namespace

std::string signatureOf(std::string_view body, std::string_view key) {
  crypto_auth_hmacsha256_state state;
  std::array<unsigned char, crypto_auth_hmacsha256_BYTES> digest{};
  crypto_auth_hmacsha256_init(&state, reinterpret_cast<const unsigned char*>(key.data()),
                              key.size());
  crypto_auth_hmacsha256_update(&state, reinterpret_cast<const unsigned char*>(body.data()),
                                body.size());
  crypto_auth_hmacsha256_final(&state, digest.data());
  char hex[2 * crypto_auth_hmacsha256_BYTES + 1];
  sodium_bin2hex(hex, sizeof hex, digest.data(), digest.size());
  return std::string("sha256=") + hex;
}

struct HttpPost::Curl : Functions {
  Curl(const SinkSpec& wanted, const std::atomic<bool>& stopped)
      : Functions(loadCurl()),
        spec(wanted),
        key(wanted.key.empty() ? std::string() : readKey(wanted.key)),
        stop(stopped),
        handle(init()) {
    if (handle == nullptr) throw EnvironmentError("libcurl cannot be used here");
    set(CURLOPT_URL, spec.path.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_POST, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_QUICK_EXIT, 1L);  // does not wait for a name server either
    set(CURLOPT_FOLLOWLOCATION, 0L);
    set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
    set(CURLOPT_SSL_VERIFYPEER, spec.verify ? 1L : 0L);
    set(CURLOPT_SSL_VERIFYHOST, spec.verify ? 2L : 0L);
    if (!spec.ca.empty()) set(CURLOPT_CAINFO, spec.ca.c_str());
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(spec.timeout.count()));
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(spec.timeout.count()));
    set(CURLOPT_USERAGENT, "exectrail/" EXECTRAIL_VERSION);
    set(CURLOPT_HEADERFUNCTION, &onHeader);
    set(CURLOPT_HEADERDATA, &answer);
    set(CURLOPT_WRITEFUNCTION, &onBody);
    set(CURLOPT_WRITEDATA, &answer);
    set(CURLOPT_NOPROGRESS, 0L);
    set(CURLOPT_XFERINFOFUNCTION, &onProgress);
    set(CURLOPT_XFERINFODATA, &stop);
  }
  ~Curl() {
    cleanup(handle);
    sodium_memzero(key.data(), key.size());
  }
  Curl(const Curl&) = delete;
  Curl& operator=(const Curl&) = delete;

  template <typename Value>
  void set(CURLoption option, Value value) {
    if (setopt(handle, option, value) != CURLE_OK) {
      throw EnvironmentError(
          "libcurl is too old for a webhook, or was built without what it needs");
    }
  }

  SinkSpec spec;
  std::string key;
  const std::atomic<bool>& stop;
  CURL* handle;
  Answer answer;
};

HttpPost::HttpPost(const SinkSpec& spec, const std::atomic<bool>& stop)
    : curl_(std::make_unique<Curl>(spec, stop)) {}

HttpPost::~HttpPost() = default;

PostResult HttpPost::post(const std::string& body) {
  Curl& curl = *curl_;
  curl_slist* headers = nullptr;
  const auto add = [&](const std::string& line) {
    headers = curl.append(headers, line.c_str());
    if (headers == nullptr) throw std::bad_alloc();  // or it would be sent without
  };
  add("Content-Type: application/x-ndjson");
  add("Expect:");  // no asking whether it may be sent
  if (!curl.key.empty()) add("X-Exectrail-Signature: " + signatureOf(body, curl.key));
  curl.answer = {};
  curl.set(CURLOPT_HTTPHEADER, headers);
  curl.set(CURLOPT_POSTFIELDS, body.data());
  curl.set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  const CURLcode code = curl.perform(curl.handle);
  curl.set(CURLOPT_HTTPHEADER, nullptr);
  curl.freeAll(headers);

  long status = 0;
  curl_off_t waitFor = 0;
  curl_off_t connectedUs = 0;
  curl.getinfo(curl.handle, CURLINFO_RESPONSE_CODE, &status);
  curl.getinfo(curl.handle, CURLINFO_RETRY_AFTER, &waitFor);
  curl.getinfo(curl.handle, CURLINFO_PRETRANSFER_TIME_T, &connectedUs);
  PostResult result;
  if (code == CURLE_ABORTED_BY_CALLBACK && curl.stop) {
    result.kind = PostResult::Kind::kStopped;
    return result;
  }
  // A status counts when all headers have come, also if the rest is cut off or stalls: it was
  // answered.
  const bool answered = code == CURLE_OK || (curl.answer.complete && status >= 200);
  if (answered) {
    result.kind = kindOf(status);
    result.why = "it answers " + std::to_string(status);
    result.waitFor = std::chrono::seconds(std::max<curl_off_t>(waitFor, 0));
    return result;
  }
  result.kind = connectedUs > 0 ? PostResult::Kind::kFailed : PostResult::Kind::kAway;
  result.why =
      curl.answer.tooMuch ? "its answer has no end" : trace::escapeForTerminal(curl.strerror(code));
  return result;
}

}  // namespace exectrail::analyzer

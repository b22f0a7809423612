#pragma once

#include <array>
#include <exception>

#include "rootfs-fetch/registry/http.hpp"

struct curl_slist;

namespace lockstep::fetch {

/// One request and its answer, as libcurl's callbacks see them.
class Exchange {
 public:
  /// `handle` has its URL and all that is the same for every request.
  Exchange(CURL* handle, const Request& request, Stop& stop);
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;
  Exchange(Exchange&&) = delete;  // libcurl points to it
  Exchange& operator=(Exchange&&) = delete;
  ~Exchange();

  Response run();

 private:
  static size_t take_header(char* text, size_t one, size_t size, void* self);
  static size_t take_body(char* text, size_t one, size_t size, void* self);
  static size_t give_content(char* into, size_t one, size_t size, void* self);
  static int rewind_content(void* self, long long offset, int origin);
  static int watch(void* self, long long, long long, long long, long long sent);
  void set_request();
  void set_content();
  void add_header(const std::string& header);
  void add_to_body(std::string_view data);
  [[noreturn]] void fail(int code);

  CURL* handle_;
  const Request& request_;
  Stop& stop_;
  curl_slist* headers_ = nullptr;
  Response response_;
  std::array<char, 256> reason_{};  // CURL_ERROR_SIZE
  int64_t sent_ = 0;
  std::exception_ptr error_;  // of a callback: it can't travel through libcurl
};

}  // namespace lockstep::fetch

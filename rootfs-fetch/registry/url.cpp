// Who a URL speaks to.

#include <curl/curl.h>

#include <memory>

#include "common/images/location.hpp"
#include "common/os/error.hpp"
#include "common/os/text.hpp"
#include "rootfs-fetch/registry/http.hpp"

namespace lockstep::fetch {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { ::curl_url_cleanup(url); }
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (::curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK) return "";
  std::string out(text);
  ::curl_free(text);
  return out;
}

}  // namespace

std::string origin_of(const std::string& url) {
  const std::unique_ptr<CURLU, FreeUrl> parsed(::curl_url());
  if (!parsed || ::curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK)
    throw Error(fmt::format("{} is no URL", images::quoted_briefly(url)));
  const std::string scheme = part_of(parsed.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https")
    throw Error(fmt::format("{} is neither of http nor of https", images::quoted_briefly(url)));
  const std::string host = lower_case(part_of(parsed.get(), CURLUPART_HOST));
  return scheme + "://" + host + ":" + part_of(parsed.get(), CURLUPART_PORT);
}

bool is_loopback(const std::string& host) {
  std::string name = host;
  if (name.starts_with('[')) {
    name = name.substr(0, name.find(']') + 1);
  } else {
    name = name.substr(0, name.find(':'));
  }
  if (name == "localhost" || name.ends_with(".localhost") || name == "[::1]") return true;
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string::npos;
}

}  // namespace lockstep::fetch

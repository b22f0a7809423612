// What libcurl's errors mean, and what to do about them.

#include <curl/curl.h>
#include <openssl/x509_vfy.h>

#include "rootfs-fetch/registry/exchange.hpp"
#include "rootfs-fetch/registry/transfer_error.hpp"

namespace lockstep::fetch {
namespace {

using Kind = TransferError::Kind;

Kind kind_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
      return Kind::kUnreachable;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Kind::kAgain;
    default:
      return Kind::kFinal;
  }
}

/// `verdict` is OpenSSL's on the chain of certificates. Whether the name fits, libcurl looks itself, and before that.
std::string hint_on_certificate(long verdict) {
  switch (verdict) {
    case X509_V_OK:
    case X509_V_ERR_UNSPECIFIED:
      return "the server is somebody else, or has another name: ask for it by that one";
    case X509_V_ERR_CERT_HAS_EXPIRED:
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "either the registry has to renew it, or this machine's clock is wrong: see `date`";
    default:
      return "if it has a certificate of its own making: --ca FILE, with the authority's "
             "certificate in PEM form";
  }
}

std::string hint_of(CURLcode code, long verdict) {
  switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
      return hint_on_certificate(verdict);
    case CURLE_SSL_CONNECT_ERROR:
      return "does it speak plain HTTP? --insecure allows that, if you trust the network between";
    case CURLE_COULDNT_RESOLVE_PROXY:
      return "the environment names that proxy: https_proxy, http_proxy, all_proxy";
    default:
      return "";
  }
}

}  // namespace

void Exchange::fail(int number) {
  const auto code = static_cast<CURLcode>(number);
  const std::string reason(reason_.data());
  if (code == CURLE_OPERATION_TIMEDOUT && response_.status == 0) {
    double seconds = 0;
    ::curl_easy_getinfo(handle_, CURLINFO_TOTAL_TIME, &seconds);
    throw TransferError(Kind::kSilent, fmt::format("{}: no answer within {:.0f} s",
                                                   origin_of(request_.url), seconds));
  }
  const std::string text = fmt::format("{}: {}", origin_of(request_.url),
                                       reason.empty() ? ::curl_easy_strerror(code) : reason);
  long verdict = 0;
  ::curl_easy_getinfo(handle_, CURLINFO_SSL_VERIFYRESULT, &verdict);
  throw TransferError(kind_of(code), text, hint_of(code, verdict));
}

}  // namespace lockstep::fetch

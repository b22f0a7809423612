// fmt's own functions, compiled once. Debian has libfmt only as a shared library, which a static
// program can't use; and with FMT_HEADER_ONLY each source would compile them again, four seconds a
// source.

#include <fmt/format-inl.h>

#ifndef FMT_HEADER_ONLY  // see common/lockstep.cmake
FMT_BEGIN_NAMESPACE
namespace detail {

// fmt's headers declare these as instantiated elsewhere: here.
template auto thousands_sep_impl<char>(locale_ref) -> thousands_sep_result<char>;
template auto decimal_point_impl<char>(locale_ref) -> char;
#if FMT_VERSION >= 100000
template void vformat_to<char>(buffer<char>&, string_view, vformat_args<>::type, locale_ref);
#endif

}  // namespace detail
FMT_END_NAMESPACE
#endif

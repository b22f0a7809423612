#pragma once

#include <string>
#include <vector>

#include "common/images/documents.hpp"

namespace lockstep::fetch {

/// Changes an image's settings as a Dockerfile's lines would: `CMD ["httpd", "-f"]`, `CMD httpd
/// -f`, ENTRYPOINT (which takes the base's CMD away, unless a CMD is among the lines), `ENV A=1
/// B="x y"`, WORKDIR, USER, `EXPOSE 80 53/udp`, `LABEL A=1`, VOLUME, STOPSIGNAL. Throws Error
/// naming the line. See: docker-commit(1), "--change"
void apply_changes(images::ImageConfig& config, const std::vector<std::string>& lines);

}  // namespace lockstep::fetch

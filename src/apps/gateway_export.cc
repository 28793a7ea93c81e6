#include "apps/gateway_export.h"

namespace dse {

Program GatewayExport::program() {
  return {
      stream_resource(options_.from, options_.prefetch, [this](Machine& machine, const MessagePtr& message) {
        ++exported_;
        if (sink_) sink_(message);
        machine.next();
      })};
}

}  // namespace dse

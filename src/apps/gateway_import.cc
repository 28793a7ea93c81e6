#include "apps/gateway_import.h"

namespace dse {

Program GatewayImport::program() { return {create_resource(to_), next_message()}; }

Step GatewayImport::next_message() {
  return receive([this](Machine& machine, const MessagePtr& message) {
    ++imported_;
    machine.eval(write_resource(to_, message), next_message());
  });
}

}  // namespace dse

#include "dse/program.h"

#include <utility>

namespace dse {

Step create_resource(std::string resource) { return CreateResource{std::move(resource)}; }

Step bind(BindingSpec binding) { return Bind{std::make_shared<const BindingSpec>(std::move(binding))}; }

Step write_resource(std::string resource, MessagePtr message) {
  return WriteResource{std::move(resource), std::move(message), false};
}

Step write_resource_mandatory(std::string resource, MessagePtr message) {
  return WriteResource{std::move(resource), std::move(message), true};
}

Step stream_resource(std::string resource, std::uint32_t prefetch, Handler handler) {
  return StreamResource{std::move(resource), prefetch, std::make_shared<const Handler>(std::move(handler))};
}

Step after(TimeNs delay_ns) { return After{delay_ns}; }

Step compute(Job job, TimeNs duration_ns, Callback then) {
  return Compute{std::move(job), duration_ns, std::move(then)};
}

Step post(Job job) { return Post{std::move(job)}; }

Step receive(Handler handler) { return Receive{std::make_shared<const Handler>(std::move(handler))}; }

Step exit(int status) { return Exit{status}; }

Step call(Callback callback) { return Call{std::move(callback)}; }

}  // namespace dse

#include "support/rabbitmq.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace {

Outcome run_script(std::vector<std::string> arguments) {
  return run_process(
      {.program = DSE_SOURCE_DIR "/tests/support/rabbitmq", .arguments = std::move(arguments)});
}

std::string checked_script(const std::vector<std::string>& arguments) {
  const Outcome outcome = run_script(arguments);
  if (outcome.status != 0) {
    throw std::runtime_error("tests/support/rabbitmq " + arguments.front() + " failed:\n" + outcome.out +
                             outcome.err);
  }
  return outcome.out;
}

}  // namespace

RabbitMq::RabbitMq() : own_(std::make_unique<TemporaryFolder>()), folder_(own_->path().string()) {
  checked_script({"start", folder_, "--owner", std::to_string(getpid())});
  read_values();
}

RabbitMq::RabbitMq(std::string folder) : folder_(std::move(folder)) { read_values(); }

RabbitMq RabbitMq::shared() {
  const char* folder = std::getenv("DSE_TEST_BROKER");
  if (folder == nullptr) {
    throw std::runtime_error(
        "DSE_TEST_BROKER is not set: run this with `ctest -L broker`, or start a RabbitMQ with "
        "`tests/support/rabbitmq start DIR` and set it to DIR");
  }
  return RabbitMq(folder);
}

RabbitMq::~RabbitMq() {
  if (own_ == nullptr) return;
  try {
    run_script({"stop", folder_});
  } catch (const std::exception&) {
    // The broker then ends with this process.
  }
}

void RabbitMq::read_values() {
  values_.clear();
  std::ifstream file(folder_ + "/broker.env");
  for (std::string line; std::getline(file, line);) {
    const std::size_t end_of_name = line.find('=');
    values_[line.substr(0, end_of_name)] = line.substr(end_of_name + 1);
  }
  if (values_.empty()) throw std::runtime_error("no RabbitMQ was started in " + folder_);
}

std::string RabbitMq::value(const std::string& name) const { return values_.at(name); }

std::uint16_t RabbitMq::port() const { return static_cast<std::uint16_t>(std::stoi(value("AMQP_PORT"))); }

std::uint16_t RabbitMq::tls_port() const {
  return static_cast<std::uint16_t>(std::stoi(value("AMQPS_PORT")));
}

void RabbitMq::kill() { checked_script({"kill", folder_}); }

void RabbitMq::restart() { checked_script({"restart", folder_}); }

void RabbitMq::stop() { checked_script({"stop", folder_}); }

std::string RabbitMq::ctl(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), {"ctl", folder_});
  return checked_script(arguments);
}

void RabbitMq::export_definitions(const std::string& file) const {
  for (int attempts_left = 30;; --attempts_left) {
    try {
      ctl({"export_definitions", file});
      return;
    } catch (const std::runtime_error& error) {
      // What it says of the mark of an exchange that is being deleted, whose value is `true` and not a list.
      const bool being_deleted =
          std::string_view(error.what()).find("runtime_parameter_definition") != std::string_view::npos;
      if (!being_deleted || attempts_left == 1) throw;
    }
  }
}

// What main() says of an exception that ends its program.
#pragma once

#include <exception>
#include <string>

namespace exectrail {

// One line. What the file system refused names its path and the reason, whoever asked it; what is
// neither that nor an EnvironmentError is a mistake of ours, and is called so.
std::string describeFailure(const std::exception& failure);

}  // namespace exectrail

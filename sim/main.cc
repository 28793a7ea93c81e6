#include "dse/command_line.h"

int main(int argc, char** argv) { return dse::run_command_line(argc, argv, dse::built_in_tables()); }

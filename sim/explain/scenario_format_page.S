// docs/scenario-format.md as bytes of the program: a string literal may not be as long. The macro is set by CMake.
.section .rodata
.globl dse_scenario_format_page
.globl dse_scenario_format_page_end
dse_scenario_format_page:
.incbin DSE_SCENARIO_FORMAT_PAGE
dse_scenario_format_page_end:
.byte 0

.section .note.GNU-stack, "", %progbits

// The files of report pages as bytes of the program. The names of the files are macros, set by CMake.
.macro part name, file
  .globl \name
  .globl \name\()_end
\name:
  .incbin "\file"
\name\()_end:
  .byte 0
.endm

.section .rodata
part dse_page_style, DSE_PAGE_STYLE
part dse_page_script, DSE_PAGE_SCRIPT
part dse_charts_script, DSE_CHARTS_SCRIPT
part dse_layout_script, DSE_LAYOUT_SCRIPT

.section .note.GNU-stack, "", %progbits

# The files of report pages become bytes of the program. Those of others are fetched by sim/report/fetch; without
# them dse is built, but makes no reports.
set(page "${CMAKE_CURRENT_SOURCE_DIR}/report/page")
set(nothing "${CMAKE_CURRENT_BINARY_DIR}/no-script.js")
file(WRITE "${nothing}" "")

function(fetched_script name result)
  set(path "${CMAKE_CURRENT_SOURCE_DIR}/report/third_party/${name}")
  # A script that is fetched later makes CMake run again.
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/report/third_party")
  if(EXISTS "${path}")
    set(${result} "${path}" PARENT_SCOPE)
  else()
    message(WARNING "sim/report/third_party/${name} is missing, so dse will make no reports: run sim/report/fetch")
    set(${result} "${nothing}" PARENT_SCOPE)
  endif()
endfunction()
fetched_script(echarts/dist/echarts.min.js charts_script)
fetched_script(dagre/dist/dagre.min.js layout_script)

# Our scripts in the order in which they need each other.
set(page_scripts "${page}/dom.js" "${page}/line_chart.js" "${page}/topology.js" "${page}/spread_chart.js"
    "${page}/curves_chart.js" "${page}/report.js" "${page}/live.js")
set(page_script "${CMAKE_CURRENT_BINARY_DIR}/report.js")
add_custom_command(
  OUTPUT "${page_script}"
  COMMAND ${CMAKE_COMMAND} -E cat ${page_scripts} > "${page_script}"
  DEPENDS ${page_scripts}
  VERBATIM)

target_sources(dse_report PRIVATE report/page_parts.S)
set_source_files_properties(report/page_parts.S PROPERTIES
  OBJECT_DEPENDS "${page}/report.css;${page_script};${charts_script};${layout_script}"
  COMPILE_DEFINITIONS "DSE_PAGE_STYLE=\"${page}/report.css\";DSE_PAGE_SCRIPT=\"${page_script}\";DSE_CHARTS_SCRIPT=\"${charts_script}\";DSE_LAYOUT_SCRIPT=\"${layout_script}\""
  COMPILE_OPTIONS "-Wno-unused-command-line-argument"  # clang's word for options that are for C++
  SKIP_UNITY_BUILD_INCLUSION ON)

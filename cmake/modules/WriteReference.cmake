# Makes a page that GitHub renders from INPUT, the output of mlir-tblgen: pass
# documentation has no TITLE of its own, and [TOC] is not known there.
file(READ ${INPUT} text)
string(REPLACE "[TOC]\n\n" "" text "${text}")
if(TITLE)
  string(REGEX REPLACE "(-->\n)" "\\1\n# ${TITLE}\n" text "${text}")
endif()
string(REGEX REPLACE "\n\n\n+" "\n\n" text "${text}")
string(REGEX REPLACE "\n+$" "\n" text "${text}")
file(WRITE ${OUTPUT} "${text}")

# SPDX-License-Identifier: Apache-2.0
# Pages in a headless browser, as wide as a telephone, a tablet and a screen: nothing is wider than the
# window, no text of a drawing leaves it or lies on another, and none is too small to be read. What was
# seen is left beside the pages, as pictures and in print. Variables: PROGRAM, CHROMIUM, WORK.
cmake_minimum_required(VERSION 3.23)
include(${CMAKE_CURRENT_LIST_DIR}/logs.cmake)

file(REMOVE_RECURSE ${WORK})
write_logs(${WORK})
set(pages lenet pair names empty none all)
foreach(page IN LISTS pages)
    set(logs ${page}.json)
    if(page STREQUAL "all")
        set(logs lenet.json pair.json names.json empty.json)
    endif()
    execute_process(COMMAND ${PROGRAM} ${logs} --output ${page}.html WORKING_DIRECTORY ${WORK}
        RESULT_VARIABLE result OUTPUT_QUIET)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "no page of ${logs}")
    endif()
endforeach()

function(browse)
    # A folder of its own: a browser that is open on this machine is not asked.
    execute_process(COMMAND ${CHROMIUM} --headless=new --no-sandbox --disable-gpu --no-first-run
            --user-data-dir=${WORK}/profile --allow-file-access-from-files --hide-scrollbars ${ARGN}
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error TIMEOUT 120)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "chromium ${ARGN}: ${result}\n${output}${error}")
    endif()
    set(output "${output}" PARENT_SCOPE)
endfunction()

list(JOIN pages "','" names)
file(WRITE ${WORK}/measure.html "<!DOCTYPE html><pre id='out'></pre><script>
const found = [], frames = [];
for (const page of ['${names}'])
  for (const width of [360, 768, 1280]) {
    const frame = document.createElement('iframe');
    frame.width = width; frame.height = 800; frame.style.border = 0; frame.src = page + '.html';
    frame.onload = () => look(frame, page + ' at ' + width + ': ');
    frames.push(frame); document.body.append(frame);
  }
let looked = 0, texts = 0;
function look(frame, where) {
  const page = frame.contentDocument, width = Number(frame.width);
  if (page.documentElement.scrollWidth > width)
    found.push(where + page.documentElement.scrollWidth + ' pixels wide');
  for (const table of page.querySelectorAll('.scroll'))
    if (table.scrollWidth > table.clientWidth && !table.querySelector('.runs'))
      found.push(where + 'a table is wider than the page');
  for (const drawing of page.querySelectorAll('svg')) {
    const box = drawing.viewBox.baseVal, boxes = [];
    const size = 12 * drawing.getBoundingClientRect().width / box.width;
    for (const text of drawing.querySelectorAll('text')) {
      const b = text.getBBox(), words = where + '\"' + text.textContent + '\"';
      ++texts;
      if (size < 9) found.push(words + ' is ' + size + ' pixels high');
      if (b.x < -1 || b.y < -1 || b.x + b.width > box.width + 1 || b.y + b.height > box.height + 1)
        found.push(words + ' leaves its drawing');
      for (const o of boxes)
        if (b.x < o.x + o.width && o.x < b.x + b.width && b.y + 3 < o.y + o.height && o.y + 3 < b.y + b.height)
          found.push(words + ' lies on another text');
      boxes.push(b);
    }
  }
  if (++looked == frames.length)
    out.textContent = 'looked at ' + looked + ' pages, ' + (texts > 300 ? 'many' : texts) + ' texts; found: ' + found.join('; ') + '.';
}
</script>")
browse(--virtual-time-budget=20000 --dump-dom file://${WORK}/measure.html)
if(NOT output MATCHES "looked at 18 pages, many texts; found: \\.<")
    string(REGEX MATCH "<pre id=\"out\">[^<]*" found "${output}")
    message(FATAL_ERROR "${found}")
endif()

# A window is at least 500 pixels wide, so the telephone is a frame in it.
file(WRITE ${WORK}/phone.html
    "<body style='margin:0'><iframe src='lenet.html' width='360' height='2600' style='border:0'></iframe>")
browse(--window-size=500,2600 --screenshot=${WORK}/phone.png file://${WORK}/phone.html)
browse(--window-size=1280,3600 --screenshot=${WORK}/screen.png file://${WORK}/all.html)
browse(--no-pdf-header-footer --print-to-pdf=${WORK}/print.pdf file://${WORK}/all.html)
foreach(file IN ITEMS phone.png screen.png print.pdf)
    file(SIZE ${WORK}/${file} bytes)
    if(bytes LESS 10000) # an empty page
        message(FATAL_ERROR "${file} has ${bytes} bytes")
    endif()
endforeach()
message(STATUS "to look at: ${WORK}/phone.png, screen.png and print.pdf")

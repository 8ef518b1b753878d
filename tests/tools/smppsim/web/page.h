/* page.html as the build made it a string. */
#pragma once

extern const char web_page[];

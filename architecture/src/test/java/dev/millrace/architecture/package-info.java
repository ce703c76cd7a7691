/** What the structure of the project promises, as tests: arrows, sizes, footprints, documentation that compiles. */
@NullMarked
package dev.millrace.architecture;

import org.jspecify.annotations.NullMarked;

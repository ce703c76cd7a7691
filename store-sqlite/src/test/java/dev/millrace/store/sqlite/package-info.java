/** Tests of the embedded store: contracts, crashes, and failures of the disk. */
@NullMarked
package dev.millrace.store.sqlite;

import org.jspecify.annotations.NullMarked;

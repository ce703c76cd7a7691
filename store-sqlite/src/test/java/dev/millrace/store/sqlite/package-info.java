/** The embedded store against the contracts, against crashes and against everything that can be wrong with a disk. */
@NullMarked
package dev.millrace.store.sqlite;

import org.jspecify.annotations.NullMarked;

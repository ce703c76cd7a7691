/**
 * The wire, check by check: suites that run against any service that speaks it, through its base URL alone. Extend one and
 * say where the service is. The numbers are those of docs/wire.md.
 */
@NullMarked
package dev.millrace.contracts.wire;

import org.jspecify.annotations.NullMarked;

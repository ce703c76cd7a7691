@NullMarked
package dev.millrace.cli.internal.service;

import org.jspecify.annotations.NullMarked;

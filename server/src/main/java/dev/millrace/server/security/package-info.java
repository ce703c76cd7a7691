/**
 * Stores for data that a service keeps secret: the secrets of projects ({@link dev.millrace.server.security.Vault}) and
 * the tokens of callers ({@link dev.millrace.server.security.AccessTokens}). Each is one small file that is replaced as
 * a whole.
 */
@NullMarked
package dev.millrace.server.security;

import org.jspecify.annotations.NullMarked;

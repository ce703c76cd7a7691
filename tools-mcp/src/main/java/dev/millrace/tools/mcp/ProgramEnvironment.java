package dev.millrace.tools.mcp;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** What a program gets of the environment of this process: no keys, tokens and passwords. */
final class ProgramEnvironment {
    private static final Set<String> INHERITED = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "TERM",
            "LANG",
            "LC_ALL",
            "TZ",
            "TMPDIR",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "NODE_EXTRA_CA_CERTS",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "APPDATA",
            "LOCALAPPDATA",
            "PATHEXT",
            "PROGRAMFILES",
            "SYSTEMROOT",
            "TEMP",
            "TMP",
            "USERPROFILE");

    private static final String PROXY = "_PROXY";

    private ProgramEnvironment() {}

    /** The variables of this process that a program gets; the addresses of proxies are without user and password. */
    static Map<String, String> inherited(Map<String, String> own) {
        Map<String, String> inherited = new TreeMap<>();
        own.forEach((name, value) -> {
            String upper = name.toUpperCase(Locale.ROOT);
            if (INHERITED.contains(upper)) {
                inherited.put(
                        name,
                        upper.endsWith(PROXY) ? value.replaceFirst("^([A-Za-z][A-Za-z0-9+.-]*://)?.*@", "$1") : value);
            }
        });
        return inherited;
    }
}

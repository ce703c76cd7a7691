package dev.millrace.cli.internal.terminal;

import picocli.CommandLine.IVersionProvider;

/** The version from the manifest of the jar, and the Java version. */
public final class VersionProvider implements IVersionProvider {
    @Override
    public String[] getVersion() {
        return new String[] {
            "millrace " + text() + " (Java " + Runtime.version().feature() + ")"
        };
    }

    private static String text() {
        String version = VersionProvider.class.getPackage().getImplementationVersion();
        return version == null ? "(development)" : version;
    }
}

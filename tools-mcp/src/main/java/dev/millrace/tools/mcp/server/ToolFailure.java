package dev.millrace.tools.mcp.server;

/** A call has failed. The message says why and what to do. */
final class ToolFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String code;

    ToolFailure(String code, String message) {
        super(message);
        this.code = code;
    }

    String code() {
        return code;
    }
}

package dev.millrace.processors.agent.tool;

import dev.millrace.core.StreamPath;
import java.time.Instant;

/** A call that no test watches. */
final class IdleCall implements ToolCall {
    @Override
    public String callId() {
        return "c1";
    }

    @Override
    public StreamPath path() {
        return HostStage.PATH;
    }

    @Override
    public String idempotencyKey() {
        return "key";
    }

    @Override
    public Instant deadline() {
        return Instant.MAX;
    }

    @Override
    public void progress(String message) {}

    @Override
    public void progress(double fraction, String message) {}

    @Override
    public void onCancel(Runnable action) {}

    @Override
    public boolean isCancelled() {
        return false;
    }
}

package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.server.ServerProcess;
import dev.millrace.benchmarks.server.Servers;
import dev.millrace.benchmarks.suite.AbsentException;
import dev.millrace.benchmarks.suite.ScratchDirectory;
import dev.millrace.benchmarks.suite.Settings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.function.LongConsumer;

/** Redis, whose streams are keys. */
final class RedisTarget implements Target {
    private final ScratchDirectory directory;
    private final ServerProcess process;
    private int streams;

    private RedisTarget(ScratchDirectory directory, ServerProcess process) {
        this.directory = directory;
        this.process = process;
    }

    static RedisTarget open(Settings settings) throws IOException, AbsentException {
        ScratchDirectory directory = ScratchDirectory.in(settings.directory(), "redis");
        try {
            return new RedisTarget(directory, Servers.redis(directory.path()));
        } catch (IOException | AbsentException e) {
            directory.close();
            throw e;
        }
    }

    @Override
    public InetSocketAddress address() {
        return process.address();
    }

    @Override
    public String createStream() {
        return "measured-" + ++streams;
    }

    @Override
    public Request append(String stream, int events) {
        return Request.redisAdd(stream, events);
    }

    @Override
    public ReplyReader replies(int events) {
        return new RedisReplyReader(events);
    }

    @Override
    public LiveRead live(String stream, LongConsumer marks) {
        return new LiveRead.OverRedis(stream, marks);
    }

    @Override
    public void close() throws IOException, InterruptedException {
        process.close();
        directory.close();
    }
}

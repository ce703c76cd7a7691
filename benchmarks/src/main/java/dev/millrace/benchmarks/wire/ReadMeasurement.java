package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.suite.Measurement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Finite reads of a long stream by one connection, again and again. */
record ReadMeasurement(LoadedServer server, String accept) implements Measurement {
    @Override
    public double[] run(Duration time) throws Exception {
        Request read = Request.get(server.path() + "?beforeOffset=end", accept, server.events());
        ClosedLoop loop = new ClosedLoop(server.target().address(), HttpReplyReader::new, new AtomicLong());
        return new double[] {loop.runFor(time, List.of(read)).perSecond()};
    }

    @Override
    public void close() throws Exception {
        server.close();
    }
}

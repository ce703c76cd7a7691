package dev.millrace.acceptance;

/** The wire checks with a server that keeps its streams in memory. */
class InMemoryWireTest extends WireChecks {
    @Override
    PackagedServer start() throws Exception {
        return PackagedServer.inMemory();
    }
}

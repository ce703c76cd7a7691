package dev.millrace.acceptance;

/** The wire of a server that keeps its streams in memory. */
class InMemoryWireTest extends WireChecks {
    @Override
    PackagedServer start() throws Exception {
        return PackagedServer.inMemory();
    }
}

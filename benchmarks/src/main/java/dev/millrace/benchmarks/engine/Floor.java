package dev.millrace.benchmarks.engine;

import java.nio.file.Path;

/** Stores events with as little work as possible. Confined to one thread. */
interface Floor extends AutoCloseable {
    /** Adds the event with a number to the next commit. */
    void add(long number) throws Exception;

    /** Returns when all added events are on disk. */
    void commit() throws Exception;

    @Override
    void close() throws Exception;

    /** The floors. */
    enum Kind {
        FORCED_WRITES {
            @Override
            Floor open(Path directory) throws Exception {
                return new ForcedWrites(directory.resolve("log"));
            }
        },
        SQLITE {
            @Override
            Floor open(Path directory) throws Exception {
                return new BareSqlite(directory.resolve("store"));
            }
        };

        abstract Floor open(Path directory) throws Exception;
    }
}

package dev.millrace.contracts;

import dev.millrace.core.runner.ProgressStore;

class InMemoryProgressStoreTest extends ProgressStoreContract {
    @Override
    protected ProgressStore open() {
        return ProgressStore.inMemory();
    }

    @Override
    protected ProgressStore reopen(ProgressStore store) {
        return ProgressStore.inMemory();
    }

    @Override
    protected ProgressStore crash(ProgressStore store) {
        return ProgressStore.inMemory();
    }

    @Override
    protected void close(ProgressStore store) {
        // has no resources
    }

    @Override
    protected boolean survivesReopen() {
        return false;
    }
}

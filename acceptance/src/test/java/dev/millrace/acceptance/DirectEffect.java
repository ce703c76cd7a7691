package dev.millrace.acceptance;

import static dev.millrace.acceptance.ControlEffectSteps.isAnyStored;

import dev.millrace.core.EventType;
import dev.millrace.core.StreamEvent.LeaseClaimed;
import dev.millrace.core.StreamEvent.LeaseReleased;
import dev.millrace.core.StreamEvent.LeaseRenewed;
import dev.millrace.core.StreamEvent.Paused;
import dev.millrace.core.StreamEvent.ProgressSaved;
import dev.millrace.core.StreamEvent.Resumed;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.util.List;

/** Events that change what processors do; a token needs an operation for each of them. */
enum DirectEffect implements ControlEffect {
    PAUSE("pause or resume a stream") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(arena, Operation.CONTROL, EventType.of(Paused.class), EventType.of(Resumed.class));
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    },
    CONFIGURE("configure a breaker, a schedule, a rule, a subscription or a renderer; attach a processor") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(arena, Operation.CONTROL);
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    },
    DEPLOY("deploy a worker") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(arena, Operation.DEPLOY);
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    },
    LEASE("claim a lease, or save progress") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(
                    arena,
                    Operation.PROCESS,
                    EventType.of(LeaseClaimed.class),
                    EventType.of(LeaseRenewed.class),
                    EventType.of(LeaseReleased.class),
                    EventType.of(ProgressSaved.class));
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    },
    CALL("request a call of a tool, or waive or end the wait for an approval, in place of the agent or a host") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(
                    arena,
                    Operation.PROCESS,
                    EventType.of(ToolEvent.CallRequested.class),
                    EventType.of(ToolEvent.ApprovalRequested.class),
                    EventType.of(ToolEvent.ApprovalWaived.class),
                    EventType.of(ToolEvent.ApprovalExpired.class));
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    },
    APPROVE("approve or deny a call of a tool, or change its arguments") {
        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(arena, Operation.APPROVE);
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    };

    private final String row;

    DirectEffect(String row) {
        this.row = row;
    }

    @Override
    public String row() {
        return row;
    }

    /** A batch is refused because of its first event. */
    @Override
    public boolean isOneByOne() {
        return true;
    }
}

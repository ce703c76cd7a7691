package dev.millrace.processors.agent.tool;

/** The name of a call as an obligation: {@code <requestId>/<callId>}, so that each event of the call can be made of it. */
record CallRef(long requestId, String callId) {
    static CallRef parse(String id) {
        int slash = id.indexOf('/');
        return new CallRef(Long.parseLong(id.substring(0, slash)), id.substring(slash + 1));
    }

    @Override
    public String toString() {
        return requestId + "/" + callId;
    }
}

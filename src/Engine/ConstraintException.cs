namespace Slerp.Engine;

/// <summary>A JSON schema or grammar cannot constrain the answer: malformed, unsupported, too large, or satisfied by nothing.</summary>
public sealed class ConstraintException : EngineException
{
    /// <summary>Creates the failure of one schema position.</summary>
    /// <param name="failure">The kind of failure.</param>
    /// <param name="pointer">The JSON pointer of the schema at fault; empty for the root.</param>
    /// <param name="keyword">The keyword at fault, or null where the schema as a whole is.</param>
    /// <param name="message">What failed, the value, the limit, what to do.</param>
    public ConstraintException(ConstraintFailure failure, string pointer, string? keyword, string message)
        : base($"JSON schema at '#{pointer}'{(keyword is null ? "" : $", keyword '{keyword}'")}: {message}")
    {
        Failure = failure;
        Pointer = pointer;
        Keyword = keyword;
    }

    /// <summary>The kind of failure.</summary>
    public ConstraintFailure Failure { get; }

    /// <summary>The JSON pointer of the schema at fault; empty for the root.</summary>
    public string Pointer { get; }

    /// <summary>The keyword at fault, or null where the schema as a whole is.</summary>
    public string? Keyword { get; }
}

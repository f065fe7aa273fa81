namespace Slerp.Engine;

/// <summary>A checkpoint file is missing, malformed or does not fit the others.</summary>
public sealed class CheckpointException : EngineException
{
    /// <summary>Creates the failure of one file.</summary>
    /// <param name="file">The file at fault, as the user knows it (a name or path).</param>
    /// <param name="message">What failed, the value, the limit, what to do.</param>
    /// <param name="innerException">The cause, if any.</param>
    public CheckpointException(string file, string message, Exception? innerException = null)
        : base($"{file}: {message}", innerException) => File = file;

    /// <summary>The file at fault.</summary>
    public string File { get; }
}

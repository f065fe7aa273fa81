namespace Slerp.Engine;

/// <summary>A chat template is malformed, refuses the conversation, or exceeds its step, depth or output limit.</summary>
/// <param name="message">What failed, the value, the limit, what to do; with the template's line where known.</param>
/// <param name="innerException">The cause, if any.</param>
public sealed class ChatTemplateException(string message, Exception? innerException = null) : EngineException(message, innerException);

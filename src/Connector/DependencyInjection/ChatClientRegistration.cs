namespace Slerp.Connector.DependencyInjection;

/// <summary>That a chat client is registered under a key: where an embedding generator of the same checkpoint finds its engine's settings.</summary>
internal sealed record ChatClientRegistration(object? Key);

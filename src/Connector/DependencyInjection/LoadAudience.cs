using Slerp.Engine;

namespace Slerp.Connector.DependencyInjection;

/// <summary>Who wants to know how far the load of a client's model is: a registration of its kind and key, and of no other's.</summary>
/// <typeparam name="TClient">The kind of client.</typeparam>
/// <param name="Progress">Told while it loads.</param>
internal sealed record LoadAudience<TClient>(IProgress<LoadProgress> Progress);

"""What every Parley service shares. It knows grpc and OpenTelemetry and no service."""

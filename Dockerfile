# One file for the five images:
#   docker build --build-arg SERVICE=gateway -t parley-gateway:0.1.0 .      (or `make images` for all)
# SERVICE is gateway, cache, executor, monitor or sandbox. An image has that member's own packages and no other's.
# CLAUDE=1 puts the `claude` program into the executor's, for the engine that runs it: 380 MB, and Anthropic's terms.
ARG PYTHON_VERSION=3.11
ARG DEBIAN=bookworm

FROM python:${PYTHON_VERSION}-slim-${DEBIAN} AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
# What builds our own packages stays in this stage.
COPY requirements/build.txt /src/requirements/
RUN python -m venv /build && /build/bin/pip install --quiet --require-hashes --only-binary :all: -r /src/requirements/build.txt
RUN python -m venv --without-pip /opt/parley
ARG SERVICE
COPY requirements/${SERVICE}.txt /src/requirements/
RUN /build/bin/pip --python /opt/parley/bin/python install --quiet --require-hashes --only-binary :all: \
        -r /src/requirements/${SERVICE}.txt
COPY protos /src/protos
COPY libs /src/libs
COPY services /src/services
COPY sandbox /src/sandbox
# The sandbox drives from outside: it has the contract, and not the kit.
RUN case "$SERVICE" in \
        sandbox) members="protos sandbox" ;; \
        *) members="protos libs/kit services/$SERVICE" ;; \
    esac && \
    cd /src && /build/bin/pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels $(printf './%s ' $members) && \
    /build/bin/pip --python /opt/parley/bin/python install --quiet --no-deps --no-index /wheels/*.whl && \
    ln -s "parley-$SERVICE" /opt/parley/bin/service
# A root that cannot be written to cannot keep what is compiled at the first start.
RUN python -m compileall -q --invalidation-mode unchecked-hash /opt/parley/lib

FROM build AS claude
ARG SERVICE
ARG CLAUDE=0
COPY requirements/claude.txt /src/requirements/
# One file of the SDK's wheel; the SDK itself stays outside.
RUN mkdir /claude; test "$CLAUDE" = 0 && exit 0; \
    test "$SERVICE" = executor || { echo "CLAUDE=1 is for SERVICE=executor"; exit 1; }; \
    /build/bin/pip download --quiet --no-deps --require-hashes --only-binary :all: --dest /wheel -r /src/requirements/claude.txt && \
    python -m zipfile -e /wheel/*.whl /sdk && install -m 0755 /sdk/claude_agent_sdk/_bundled/claude /claude/claude

FROM python:${PYTHON_VERSION}-slim-${DEBIAN} AS runtime
# Nothing that installs or builds, and the standard library compiled for the same reason as above; the few files of it that
# show bad syntax on purpose do not compile, and nobody imports them.
RUN set -e; \
    stdlib=$(python -c 'import sysconfig; print(sysconfig.get_path("stdlib"))'); \
    rm -rf "$stdlib/ensurepip" "$stdlib/idlelib" "$stdlib/test"; \
    find / -xdev -depth -type d \
        \( -path '*-packages/*' \( -name pip -o -name 'pip-*' -o -name setuptools -o -name 'setuptools-*' -o -name pkg_resources \
           -o -name wheel -o -name 'wheel-*' -o -name _distutils_hack \) -o -path '/usr/share/python-wheels' \) -exec rm -rf {} +; \
    find /usr/bin /usr/local/bin \( -name 'pip*' -o -name 'wheel*' -o -name 'idle*' \) -delete; \
    python -m compileall -q --invalidation-mode unchecked-hash -x '/(lib2to3|config-[^/]*)/' "$stdlib" || true

FROM runtime
ARG SERVICE
ARG VERSION=0.0.0
ARG REVISION=""
ARG SOURCE=""
LABEL org.opencontainers.image.title="parley-${SERVICE}" \
      org.opencontainers.image.description="Parley's ${SERVICE}: Claude in Discord" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.source="${SOURCE}"
ENV PATH=/opt/parley/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 HOME=/tmp
COPY --from=build /opt/parley /opt/parley
COPY --from=claude /claude/ /opt/parley/bin/
COPY LICENSE /opt/parley/LICENSE
USER 65532:65532
WORKDIR /tmp
ENTRYPOINT ["/opt/parley/bin/service"]

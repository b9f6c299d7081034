# One image for migration, worker and API; docker-compose.yml says which it is.
FROM python:3.11.14-slim-bookworm

RUN useradd --system --uid 10001 --home-dir /var/lib/chengxu --create-home chengxu \
    && chmod 700 /var/lib/chengxu

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .

ENV PYTHONPATH=/app \
    PYTHONUNBUFFERED=1 \
    CHENGXU_HOME=/var/lib/chengxu
USER chengxu
VOLUME /var/lib/chengxu
ENTRYPOINT ["python", "-m"]
CMD ["cli", "--help"]
